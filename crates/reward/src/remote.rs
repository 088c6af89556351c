//! A remote scorer: the Open Inference Protocol v2 over HTTP.
