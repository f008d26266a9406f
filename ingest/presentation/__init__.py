"""What people see on a terminal. Everything a customer wrote passes through `clean` first."""
