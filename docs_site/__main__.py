"""Makes the generated pages anew: `python -m docs_site`."""

from docs_site.generated import write

if __name__ == "__main__":
    for file in write():
        print(f"{file.name} is made anew" if file.exists() else f"{file.name} is gone")  # noqa: T201
