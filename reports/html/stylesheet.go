package html

// Stylesheet is the look of the project's pages, for other pages that share it.
func Stylesheet() string { return style }
