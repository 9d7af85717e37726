//! The program `discwright`.

fn main() {}
