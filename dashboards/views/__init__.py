"""The pages, one module each: `show(view)` draws it."""
