"""What the value of a trait may be: a fact that a channel adds, by name."""

TraitValue = str | int | float | bool | None
