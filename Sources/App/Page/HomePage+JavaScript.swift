import JSON

extension HomePage {
    /// The words for each state come from ``State``, so page and script cannot say different things.
    static let javaScript = "\"use strict\";\nconst states = \(stateSentences.text);\n" + script

    private static var stateSentences: JSON {
        .object(State.allCases.map { JSON.Member($0.rawValue, .string($0.sentence)) })
    }

    /// Text goes in through `textContent` only, so nothing that Strava sends can become markup.
    private static let script = #"""
        const element = (id) => document.getElementById(id);
        const write = (id, text) => { if (element(id).textContent !== text) element(id).textContent = text; };
        const show = (id, visible) => { element(id).hidden = !visible; };
        const sandbox = document.body.dataset.sandbox === "yes";

        const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
        const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
        const kilometres = (metres) => tenth.format(metres / 1000) + " km";
        const duration = (seconds) => {
          const minutes = Math.floor(seconds / 60);
          return minutes < 60 ? minutes + " min" : whole.format(Math.floor(minutes / 60)) + " h " + minutes % 60 + " min";
        };
        const share = (window) => whole.format(window.used) + " of " + whole.format(window.limit);
        const clock = (time) => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

        async function get(path) {
          const response = await fetch(path, { headers: { Accept: "application/json" } });
          if (response.status === 404) return null;
          if (!response.ok) throw new Error(path + " answered " + response.status);
          return response.json();
        }

        function showStatus(status) {
          const wantsConnection = ["needs_authorization", "missing_scope"].includes(status.state);
          show("state", status.athlete_connected);
          write("state", states[status.state] || status.state);
          show("connect", !status.athlete_connected || wantsConnection);
          show("invitation", !status.athlete_connected);
          show("mirror", status.activities > 0);
          write("activities", whole.format(status.activities));
          write("oldest", status.oldest || "–");
          write("newest", status.newest || "–");
          showProgress(status);
          const failure = status.state !== "idle" && status.last_error;
          show("failure", Boolean(failure));
          if (failure) write("failure", "Last problem: " + failure.message);
          const times = [];
          if (status.last_success_at) times.push("Last fetched " + clock(status.last_success_at));
          if (status.athlete_connected && status.next_refresh_at) times.push("next " + clock(status.next_refresh_at));
          const budget = status.budget;
          if (status.athlete_connected && budget && budget.quarter && budget.day) {
            times.push("requests to Strava: " + share(budget.quarter) + " this quarter hour, " + share(budget.day) + " today");
          }
          show("times", times.length > 0);
          write("times", times.join(" · "));
        }

        function showProgress(status) {
          const progress = status.state === "syncing" ? status.progress : null;
          show("progress", Boolean(progress));
          if (!progress) return;
          const eta = progress.eta_seconds;
          write("progress-text", whole.format(progress.fetched) + " fetched" +
            (eta === null || eta === undefined ? "" : eta < 90 ? ", about " + Math.ceil(eta) + " s to go"
              : ", about " + Math.ceil(eta / 60) + " min to go"));
        }

        function showSums(name, sums) {
          write(name + "-distance", kilometres(sums.distance));
          write(name + "-count", whole.format(sums.count));
          write(name + "-time", duration(sums.moving_time));
          write(name + "-climb", whole.format(sums.elevation_gain) + " m");
        }

        function cell(row, content, kind) {
          const cell = row.insertCell();
          if (kind) cell.className = kind;
          cell.append(content);
        }

        function showRecent(activities) {
          const rows = activities.map((activity) => {
            const row = document.createElement("tr");
            let name = activity.name || "Untitled";
            if (!sandbox) {
              const link = document.createElement("a");
              link.href = "https://www.strava.com/activities/" + encodeURIComponent(activity.id);
              link.title = "View on Strava";
              link.textContent = name;
              name = link;
            }
            cell(row, (activity.start_date_local || activity.start_date).slice(0, 10));
            cell(row, name);
            cell(row, activity.type, "sport");
            cell(row, kilometres(activity.distance), "number");
            cell(row, duration(activity.moving_time), "number");
            return row;
          });
          element("rows").replaceChildren(...rows);
          show("recent", rows.length > 0);
        }

        async function refreshFigures() {
          const [year, list] = await Promise.all([get("strava/stats/ytd"), get("strava/activities?limit=\#(recentCount)")]);
          show("year", Boolean(year));
          if (year) { showSums("run", year.data.run); showSums("ride", year.data.ride); }
          showRecent(list ? list.data : []);
        }

        let shown;
        let timer;

        async function poll() {
          clearTimeout(timer);
          let pause = 15000;
          try {
            const status = await get("strava/status");
            showStatus(status);
            if (status.state === "syncing" || (status.athlete_connected && !status.last_success_at)) pause = 1000;
            const version = status.activities + " " + status.last_success_at;
            if (version !== shown) {
              await refreshFigures();
              shown = version;
            }
          } catch (error) {
            pause = 5000;
            show("failure", true);
            write("failure", "This page cannot reach its server just now. It keeps trying.");
          }
          if (!document.hidden) timer = setTimeout(poll, pause);
        }

        // A page that nobody looks at asks nothing.
        document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(timer); else poll(); });
        // Reloading should not tell the same news again.
        if (location.search.includes("strava=")) history.replaceState(null, "", location.pathname);
        poll();

        """#
}
