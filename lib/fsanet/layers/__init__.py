"""The custom Keras layers of FSA-Net and SSR-Net, one idea a file."""
