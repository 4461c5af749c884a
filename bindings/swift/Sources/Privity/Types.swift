import PrivityGenerated

// Plain data is what the generated code has for it.

public typealias Anchored = PrivityGenerated.Anchored
public typealias ChainId = PrivityGenerated.ChainId
public typealias Change = PrivityGenerated.Change
public typealias Designation = PrivityGenerated.Designation
public typealias DeviceId = PrivityGenerated.DeviceId
public typealias DocumentId = PrivityGenerated.DocumentId
public typealias DocumentInfo = PrivityGenerated.DocumentInfo
public typealias Finding = PrivityGenerated.Finding
public typealias FirmId = PrivityGenerated.FirmId
public typealias FirmRole = PrivityGenerated.FirmRole
public typealias Flow = PrivityGenerated.Flow
public typealias Hash = PrivityGenerated.Hash
public typealias Head = PrivityGenerated.Head
public typealias MatterId = PrivityGenerated.MatterId
public typealias MatterRole = PrivityGenerated.MatterRole
public typealias MatterRotation = PrivityGenerated.MatterRotation
public typealias Member = PrivityGenerated.Member
public typealias NewDocument = PrivityGenerated.NewDocument
public typealias NewFirm = PrivityGenerated.NewFirm
public typealias NewUser = PrivityGenerated.NewUser
public typealias NotRotated = PrivityGenerated.NotRotated
public typealias NotSealed = PrivityGenerated.NotSealed
public typealias Options = PrivityGenerated.Options
public typealias Padding = PrivityGenerated.Padding
public typealias Person = PrivityGenerated.Person
public typealias PrincipalId = PrivityGenerated.PrincipalId
public typealias Profile = PrivityGenerated.Profile
public typealias Report = PrivityGenerated.Report
public typealias ReportedLeaf = PrivityGenerated.ReportedLeaf
public typealias RotationReport = PrivityGenerated.RotationReport
public typealias Scope = PrivityGenerated.Scope
public typealias SealedAll = PrivityGenerated.SealedAll
public typealias Stale = PrivityGenerated.Stale
public typealias TrustRoot = PrivityGenerated.TrustRoot
public typealias UserId = PrivityGenerated.UserId
public typealias VoidAnchor = PrivityGenerated.VoidAnchor
