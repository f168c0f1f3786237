import Actors
import Glibc

/// Runs scenarios and prints one line of JSON for each.
@main
struct Budget {
    /// Arguments: how many days; then the names of scenarios, all of them without.
    static func main() {
        Loop.takeOver()
        let arguments = CommandLine.arguments.dropFirst()
        let days = arguments.first.flatMap { Int($0) } ?? 30
        let names = Set(arguments.dropFirst())
        for (index, scenario) in Scenario.all.enumerated() where names.isEmpty || names.contains(scenario.name) {
            let began = ContinuousClock.now
            let simulation = Simulation(scenario, days: days, seed: UInt64(index) &+ 2026)
            simulation.run()
            print(Outcome(simulation, days: days, took: ContinuousClock.now - began).json)
            fflush(nil)
        }
    }
}

/// The figures of one run.
private struct Outcome {
    let json: String

    init(_ simulation: Simulation, days: Int, took: Duration) {
        let (tally, notes) = (simulation.strava.tally, simulation.notes)
        // Others' requests of the day are in it, whoever sent them.
        let available = CountedStrava.available
        let reached = tally.reach.values.reduce(0) { $0 + min($1, available) }
        let share = Double(reached) / Double(available * days)
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
        json = """
            {"name": "\(simulation.scenario.name)", "days": \(days), "requests": \(tally.requests), \
            "token_calls": \(tally.tokenCalls), "pages": \(tally.pages), "strangers": \(tally.strangers), \
            "over": \(tally.refusals.values.reduce(0, +)), "over_in_a_window": \(tally.refusals.values.max() ?? 0), \
            "share": \(share), "intrusions": \(tally.intrusions.values.max() ?? 0), \
            "refreshes": \(notes.refreshes), "waited": \(notes.waits.count), \
            "room": \(notes.waits.map(\.room).max() ?? 0), \
            "windows_waited": \(notes.waits.map(\.windows).max() ?? 0), \
            "starts": \(notes.starts), "kills": \(notes.kills), \
            "backfills": \(notes.backfills), "writes": \(simulation.disk.writes), "seconds": \(seconds)}
            """
    }
}
