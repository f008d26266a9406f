"""The nouns of Balcão: frozen data, errors and ports. Standard library only, no I/O."""
