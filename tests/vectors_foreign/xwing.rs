//! X-Wing: the vectors of its draft through our keys and wraps.

use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem as _, Serializable as _};
use privity::envelope::Profile;
use privity::testing::hpke::{PrivateKey, wrap_with};
use privity::testing::secret;

use crate::vectors::{self, Replay, array, bytes};

#[test]
fn x_wing_agrees_with_its_draft() {
    let Some(cases) = vectors::json("x-wing/test-vectors.json") else { return };
    let cases = cases.as_array().expect("a list");
    for case in cases {
        let (seed, randomness) = (array(case, "seed"), array::<64>(case, "eseed"));
        let (public, share, shared) = (bytes(case, "pk"), bytes(case, "ct"), bytes(case, "ss"));
        assert_eq!(bytes(case, "sk"), seed);
        let key = PrivateKey::from_seed(secret(seed)).expect("a key");
        assert_eq!(key.public().as_bytes().as_slice(), public);

        let mut replay = Replay::new(&randomness);
        let to = <XWing as hpke::Kem>::PublicKey::from_bytes(&public).expect("a key");
        let (own, enc) = XWing::encap_with_rng(&to, None, &mut replay).expect("an encapsulation");
        assert!(replay.is_used_up());
        assert_eq!((enc.to_bytes().as_slice(), own.0.as_slice()), (share.as_slice(), shared.as_slice()));
        let private = <XWing as hpke::Kem>::PrivateKey::from_bytes(&seed).expect("a key");
        let own = XWing::decap(&private, None, &enc).expect("a decapsulation");
        assert_eq!(own.0.as_slice(), shared);

        // A wrap with this randomness begins with this share, whatever the profile.
        for profile in Profile::ALL {
            let wrap = wrap_with(key.public(), profile, b"info", &secret([1; 32]), &secret(randomness))
                .expect("a wrap");
            assert_eq!(wrap.as_bytes()[..1120], share);
        }
    }
    println!("x-wing/test-vectors.json: {} cases", cases.len());
    assert!(!cases.is_empty());
}
