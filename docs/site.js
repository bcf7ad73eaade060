// What the theme leaves out for who has a keyboard or a screen reader: a name for the search, and tables that scroll.
document.querySelector(".md-search")?.setAttribute("aria-label", "Search")
document$.subscribe(() => document.querySelectorAll(".md-typeset__scrollwrap").forEach(table => { table.tabIndex = 0 }))
