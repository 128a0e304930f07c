//! A provider on loopback: a stand-in to try things with, never the real one.
