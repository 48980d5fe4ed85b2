"""FSA-Net and SSR-Net as Keras models."""
