"""How fast Streamgauge is: a synthetic organisation of any size, and measurements on it."""
