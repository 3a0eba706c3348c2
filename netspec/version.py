"""The version of netspec."""

VERSION = "0.1.0"
