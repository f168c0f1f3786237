import Prometheus

/// Every metric of Paceline, and what it says.
enum MetricNames {
    typealias Metric = PrometheusRegistry.Description

    static let requestDuration = Metric(
        "http_request_duration_seconds", "How long requests took, from the whole request to the ready answer.")
    static let buildInfo = Metric("paceline_build_info", "1; the version is a label.")
    static let activities = Metric("paceline_activities", "Activities that are stored and served.")
    static let historyComplete = Metric(
        "paceline_history_complete", "1 once the whole history has been fetched, 0 while the first sync is on its way.")
    static let pages = Metric(
        "paceline_sync_pages", "Pages that the sync under way has fetched.")
    static let pagesLeft = Metric(
        "paceline_sync_pages_left", "Pages that the walk under way still needs; absent when there is none.")
    static let lastSuccess = Metric(
        "paceline_sync_last_success_timestamp_seconds", "When data last came from Strava; absent before the first time."
    )
    static let state = Metric(
        "paceline_sync_state", "1 for the state of /strava/status, 0 for the others.")
    static let tokenExpiry = Metric(
        "paceline_token_expiry_timestamp_seconds",
        "When the access token expires; it is replaced an hour before, when it is needed.")
    static let budgetUsed = Metric("paceline_strava_budget_used", "Requests that Strava has counted in the window.")
    static let budgetLimit = Metric("paceline_strava_budget_limit", "Requests that Strava allows in the window.")
    static let budgetReset = Metric(
        "paceline_strava_budget_reset_timestamp_seconds", "When the next window begins.")
    static let databaseUp = Metric("paceline_database_up", "1 when the database answers, 0 when it does not.")
    static let poolInUse = Metric(
        "paceline_database_connections_in_use", "Connections to PostgreSQL that are in use; absent with SQLite.")
    static let poolWaiting = Metric(
        "paceline_database_calls_waiting", "Calls that wait for a connection to PostgreSQL; absent with SQLite.")
    static let loopLag = Metric(
        "paceline_event_loop_lag_seconds", "How long a job waited for its turn on the event loop, at this moment.")
    static let residentMemory = Metric("process_resident_memory_bytes", "Memory in RAM.")
    static let openDescriptors = Metric("process_open_fds", "Open files and sockets.")
    static let startTime = Metric("process_start_time_seconds", "When the process began.")

    static let all = [
        requestDuration, buildInfo, activities, historyComplete, pages, pagesLeft, lastSuccess, state, tokenExpiry,
        budgetUsed,
        budgetLimit, budgetReset, databaseUp, poolInUse, poolWaiting, loopLag, residentMemory, openDescriptors,
        startTime,
    ]
}
