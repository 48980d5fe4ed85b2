"""From a Keras model to lean graphs and the files of other runtimes."""
