import PrivityGenerated

// Plain data is what the generated code has for it.

public typealias ChainId = PrivityGenerated.ChainId
public typealias Designation = PrivityGenerated.Designation
public typealias DeviceId = PrivityGenerated.DeviceId
public typealias DocumentId = PrivityGenerated.DocumentId
public typealias DocumentInfo = PrivityGenerated.DocumentInfo
public typealias FirmId = PrivityGenerated.FirmId
public typealias Flow = PrivityGenerated.Flow
public typealias Hash = PrivityGenerated.Hash
public typealias MatterId = PrivityGenerated.MatterId
public typealias NewDocument = PrivityGenerated.NewDocument
public typealias NewFirm = PrivityGenerated.NewFirm
public typealias Options = PrivityGenerated.Options
public typealias Padding = PrivityGenerated.Padding
public typealias PrincipalId = PrivityGenerated.PrincipalId
public typealias Profile = PrivityGenerated.Profile
public typealias Stale = PrivityGenerated.Stale
public typealias TrustRoot = PrivityGenerated.TrustRoot
public typealias UserId = PrivityGenerated.UserId
