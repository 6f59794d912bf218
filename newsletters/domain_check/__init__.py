"""What DNS says about the domain that mail comes from, and what receivers will make of it."""
