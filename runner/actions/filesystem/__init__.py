"""Files of the controller: paths, modes, owners, and writing whole or not at all."""
