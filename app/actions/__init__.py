"""Everything the user can do, as tables of actions: what each is called, its keys, and what it runs."""
