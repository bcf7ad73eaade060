"""The documentation site: pages made from contracts and from commands' help, and what mkdocs needs to show the rest.

What people write stands under `docs/`; what follows from code is generated here, committed where GitHub is to show it,
and drawn at build time where it is a picture.
"""
