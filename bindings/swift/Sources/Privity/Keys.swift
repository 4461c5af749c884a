import Foundation
import PrivityGenerated

// Keys as handles, for envelopes and chains without a vault: what is secret in them never crosses but
// under a guard.

/// What a person or a service opens wrapped keys with.
public final class Identity: Sendable {
    let inner: PrivityGenerated.Identity

    init(_ inner: PrivityGenerated.Identity) { self.inner = inner }

    /// A new random identity.
    public static func generate() throws(PrivityError) -> Identity {
        Identity(try call { try PrivityGenerated.Identity.generate() })
    }

    /// Opens what `protect` gave.
    public static func unlock(_ protected: Data, _ guardian: Guard) throws(PrivityError) -> Identity {
        let protected = try protected.crossing()
        return Identity(try call { try PrivityGenerated.Identity.unlock(protected: protected, guard: guardian.inner) })
    }

    /// Seals the identity under the guard; below 5 KiB. Keep the bytes.
    public func protect(_ guardian: Guard) throws(PrivityError) -> Data {
        try call { try inner.protect(guard: guardian.inner) }
    }

    /// The public key, to give to whoever wraps keys for this identity.
    public func publicKey() throws(PrivityError) -> PublicKey { PublicKey(try call { try inner.public() }) }
}

/// The public half of an identity, checked.
public final class PublicKey: Sendable {
    let inner: PrivityGenerated.PublicKey

    init(_ inner: PrivityGenerated.PublicKey) { self.inner = inner }

    /// Checks a public key.
    public convenience init(bytes: Data) throws(PrivityError) {
        let bytes = try bytes.crossing()
        self.init(try call { try PrivityGenerated.PublicKey.fromBytes(bytes: bytes) })
    }

    /// Its 1,216 bytes.
    public func bytes() throws(PrivityError) -> Data { try call { try inner.toBytes() } }
}

/// The key under which one document was sealed. Sealing makes it; nothing else does.
public final class DocumentKey: Sendable {
    let inner: PrivityGenerated.DocumentKey

    init(_ inner: PrivityGenerated.DocumentKey) { self.inner = inner }

    /// Wraps the key to a person: 1,168 bytes to store.
    public func wrap(to: PublicKey, _ context: WrapContext) throws(PrivityError) -> Data {
        try call { try inner.wrap(to: to.inner, context: context) }
    }

    /// The same key for opening.
    public func openingKey() throws(PrivityError) -> OpeningKey { OpeningKey(try call { try inner.openingKey() }) }
}

/// A key that opens a document and cannot seal.
public final class OpeningKey: Sendable {
    let inner: PrivityGenerated.OpeningKey

    init(_ inner: PrivityGenerated.OpeningKey) { self.inner = inner }

    /// Opens a wrap with the identity it was made for.
    public static func unwrap(
        _ identity: Identity, _ wrap: Data, _ context: WrapContext
    ) throws(PrivityError) -> OpeningKey {
        let wrap = try wrap.crossing()
        return OpeningKey(
            try call {
                try PrivityGenerated.OpeningKey.unwrap(identity: identity.inner, wrap: wrap, context: context)
            })
    }

    /// Wraps the key to a further person.
    public func wrap(to: PublicKey, _ context: WrapContext) throws(PrivityError) -> Data {
        try call { try inner.wrap(to: to.inner, context: context) }
    }

    /// Recomputes the wrap of this key to a person and compares: finds a wrap that holds junk without
    /// the person's private key.
    public func verifyWrap(to: PublicKey, _ context: WrapContext, stored: Data) throws(PrivityError) {
        let stored = try stored.crossing()
        try call { try inner.verifyWrap(to: to.inner, context: context, stored: stored) }
    }
}

/// The keys of one author of a chain: one signs records, the other checkpoints.
public final class ChainKeys: Sendable {
    let inner: PrivityGenerated.ChainKeys

    init(_ inner: PrivityGenerated.ChainKeys) { self.inner = inner }

    /// New random keys.
    public static func generate() throws(PrivityError) -> ChainKeys {
        ChainKeys(try call { try PrivityGenerated.ChainKeys.generate() })
    }

    /// Opens what `protect` gave.
    public static func unlock(_ protected: Data, _ guardian: Guard) throws(PrivityError) -> ChainKeys {
        let protected = try protected.crossing()
        return ChainKeys(
            try call { try PrivityGenerated.ChainKeys.unlock(protected: protected, guard: guardian.inner) })
    }

    /// Seals the keys under the guard; below 5 KiB. Keep the bytes.
    public func protect(_ guardian: Guard) throws(PrivityError) -> Data {
        try call { try inner.protect(guard: guardian.inner) }
    }

    /// The public key that signs checkpoints of a log with this origin, as a `vkey` text.
    public func logVkey(origin: String) throws(PrivityError) -> String { try call { try inner.logVkey(origin: origin) } }

    /// The public key that cosigns others' checkpoints under this name, as a `vkey` text.
    public func cosignerVkey(name: String) throws(PrivityError) -> String {
        try call { try inner.cosignerVkey(name: name) }
    }
}

/// The context of a wrap of a document with this header.
public func wrapContext(
    _ header: Header, principal: PrincipalId, keyGeneration: UInt64 = 1
) throws(PrivityError) -> WrapContext {
    try call {
        try PrivityGenerated.wrapContext(header: header, principal: principal, keyGeneration: keyGeneration)
    }
}
