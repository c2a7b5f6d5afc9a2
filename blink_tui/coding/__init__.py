"""Rules and posting schemes: what becomes of a document in the books, proposed with its reasons."""
