//! What no chain may do: take a signature for one of another purpose, say in its records what
//! belongs into details and documents, or ask for more memory the longer it is.

#[path = "common/alone.rs"]
mod alone;
#[path = "audit_refusals/memory.rs"]
mod memory;
#[path = "audit_refusals/purposes.rs"]
mod purposes;
#[path = "audit_refusals/scan.rs"]
mod scan;
