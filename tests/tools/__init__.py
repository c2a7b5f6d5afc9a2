"""Tools of the repository that make shipped files; run by hand."""
