pub(crate) mod trail;
