"""Programs that run on the controller and can be ended at any time."""
