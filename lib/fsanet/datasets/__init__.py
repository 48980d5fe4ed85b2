"""Pose sets on disk, protocols, batches and augmentation."""
