// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Privity",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [
        .library(name: "Privity", targets: ["Privity"])
    ],
    targets: [
        // The library's C header and its link line.
        .systemLibrary(name: "PrivityFFI"),
        // What `bindings/generate` writes: never called but by `Privity`.
        .target(name: "PrivityGenerated", dependencies: ["PrivityFFI"]),
        .target(name: "Privity", dependencies: ["PrivityGenerated"]),
        // The story of `bindings/scenario`, through the public calls alone.
        .target(name: "Story", dependencies: ["Privity"]),
        .executableTarget(name: "scenario", dependencies: ["Story"]),
        .executableTarget(name: "speed", dependencies: ["Privity"]),
        .testTarget(name: "PrivityTests", dependencies: ["Privity"]),
    ],
    swiftLanguageModes: [.v6]
)
