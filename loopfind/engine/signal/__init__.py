"""The signal: what the engine measures of a fingerprint's frames. Motion, pictures, noise."""
