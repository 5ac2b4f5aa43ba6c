"""The mapping as reviewed code: what its rows decide, and what an edit of them would move."""
