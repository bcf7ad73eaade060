// What the theme leaves out for who has a keyboard or a screen reader: a name for the search, and tables and pictures that scroll.
document.querySelector(".md-search")?.setAttribute("aria-label", "Search")
document$.subscribe(() => document.querySelectorAll(".md-typeset__scrollwrap, p:has(.picture)").forEach(wide => { wide.tabIndex = 0 }))
