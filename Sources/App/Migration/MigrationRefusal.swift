/// Why nothing was moved.
enum MigrationRefusal: Error, Hashable, CustomStringConvertible {
    case sameDatabase
    case nothingToMove
    /// The target holds the history or the tokens of this athlete, who is not the source's.
    case otherAthlete(Int64)
    /// The target holds so many rows that the source does not have.
    case foreignRows(activities: Int, setAside: Int, tombstones: Int)
    /// The target has tokens, a budget or a refresh that the source has not, or has older.
    case targetIsNewer

    /// What is wrong and how to cure it.
    var description: String {
        switch self {
        case .sameDatabase: "--from and --to are the same database. Nothing was changed."
        case .nothingToMove:
            "--from holds no history and no tokens: there is nothing to move. Look whether it is the right one."
        case .otherAthlete(let athlete):
            "--to holds data of athlete \(athlete), who is not the one of --from. \(Self.cure)"
        case .foreignRows(let activities, let setAside, let tombstones):
            "--to holds rows that --from does not have: activities: \(activities), items set aside: \(setAside), "
                + "tombstones: \(tombstones). \(Self.cure)"
        case .targetIsNewer:
            "--to was used since: its tokens, its last refresh or its budget are newer than those of --from, and would be lost. "
                + "Go on with it, or begin anew. \(Self.cure)"
        }
    }

    private static let cure = "Name an empty database in --to. Nothing was changed."
}
