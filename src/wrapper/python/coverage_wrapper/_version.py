"""The version of the layer; set when that is built."""

LAYER_VERSION = "0.0.0"
