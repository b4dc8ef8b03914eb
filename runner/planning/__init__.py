"""From a loaded play to a plan: hosts chosen, tasks cut, mistakes refused before connecting."""
