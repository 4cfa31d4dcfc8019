//! Runs the fuzzer's seeds as ordinary tests. `script/fuzz` searches further.

#[path = "../fuzz/src/claims.rs"]
mod claims;

#[test]
fn the_claims_hold_of_every_seed() {
    let seeds = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds")).unwrap();
    let mut tried = 0;
    for seed in seeds {
        claims::check(&std::fs::read(seed.unwrap().path()).unwrap());
        tried += 1;
    }
    assert!(tried >= 3, "{tried}");
}
