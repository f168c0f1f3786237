# shellcheck shell=bash
# What backup and restore share. Sourced, never run.

set -euo pipefail
unset CDPATH
# Whatever is made here holds an athlete's history and encrypted tokens.
umask 077

say() { printf '==> %s\n' "$*" >&2; }

# fail CODE TEXT…: the last words of a script; the codes are those of sysexits.h.
fail() {
    local code=$1
    shift
    printf '\nERROR: %s\n' "$1" >&2
    shift
    if (($#)); then printf '       %s\n' "$@" >&2; fi
    exit "$code"
}

need() { command -v "$1" >/dev/null 2>&1 || fail 69 "$1 is not installed. On Debian: apt-get install $2"; }

# Whether this is what deploy/install put on the machine, and not a folder of the sources.
is_installed() { [[ $(readlink -f "${BASH_SOURCE[0]}") == /usr/local/lib/paceline/* ]]; }

# Where Paceline's settings are, when the environment does not have them.
env_file=${PACELINE_ENV_FILE:-.env}
if [[ -z ${PACELINE_ENV_FILE:-} ]] && is_installed; then env_file=/etc/paceline/paceline.env; fi

# setting NAME: its value, from the environment or from the file; nothing when it is nowhere.
# The file is read, not run: it is the one that Paceline reads, or systemd, and neither would run it.
setting() {
    local name=$1 value=${!1:-}
    if [[ -z $value && -r $env_file ]]; then
        value=$(sed -nE "s/^[[:space:]]*(export[[:space:]]+)?${name}[[:space:]]*=[[:space:]]*//p" "$env_file" | tail -n 1)
        case $value in
        \"*\"*) value=${value#\"} value=${value%%\"*} ;;
        \'*\'*) value=${value#\'} value=${value%%\'*} ;;
        *) value=$(sed -E 's/[[:space:]]+#.*$//; s/[[:space:]]+$//' <<<"$value") ;;
        esac
    fi
    printf '%s' "$value"
}

# Percent-encoding undone.
decoded() {
    local text=${1//\\/\\\\}
    printf '%b' "${text//%/\\x}"
}

# find_store: sets $store to sqlite or postgresql, and for SQLite $database to the file. For PostgreSQL it exports libpq's variables,
# because a password on a command line is shown by ps to everybody.
find_store() {
    local url
    url=$(setting DATABASE_URL)
    if [[ -z $url && -n $(setting POSTGRES_PASSWORD) ]]; then
        export_libpq "$(setting POSTGRES_USER)" "$(setting POSTGRES_PASSWORD)" "" "$(setting POSTGRES_PORT)" \
            "$(setting POSTGRES_DB)"
        PGHOST=$(setting POSTGRES_HOST)
        export PGHOST=${PGHOST:-db}
        return
    fi
    case ${url:-sqlite:///var/paceline.db} in
    sqlite:///*)
        # shellcheck disable=SC2034 # read by the scripts that source this file
        store=sqlite
        database=${url:-sqlite:///var/paceline.db}
        database=${database#sqlite:///}
        database=${database%%\?*}
        ;;
    postgres*://*) read_postgres_url "$url" ;;
    *) fail 78 "DATABASE_URL is neither sqlite:///… nor postgresql://…" ;;
    esac
}

# postgresql://user:password@host:port/name?sslmode=…, and the spellings that Paceline takes too.
read_postgres_url() {
    local form='^postgres[a-z]*(\+[a-z0-9]+)?://(([^:@/]*)(:([^@/]*))?@)?(\[[^]]*\]|[^:/?]*)(:([0-9]+))?(/([^?]*))?(\?(.*))?$'
    [[ $1 =~ $form ]] || fail 78 "DATABASE_URL is not of the form postgresql://user:password@host:port/name"
    local host=${BASH_REMATCH[6]} options=${BASH_REMATCH[12]} option pairs=()
    host=${host#\[}
    export_libpq "$(decoded "${BASH_REMATCH[3]}")" "$(decoded "${BASH_REMATCH[5]}")" "$(decoded "${host%\]}")" \
        "${BASH_REMATCH[8]}" "$(decoded "${BASH_REMATCH[10]}")"
    IFS='&' read -r -a pairs <<<"$options"
    for option in ${pairs[@]+"${pairs[@]}"}; do
        case $option in
        host=*) PGHOST=$(decoded "${option#*=}") && export PGHOST ;;
        sslmode=*) export PGSSLMODE=${option#*=} ;;
        sslrootcert=*) PGSSLROOTCERT=$(decoded "${option#*=}") && export PGSSLROOTCERT ;;
        esac
    done
}

# pg COMMAND…: one of PostgreSQL's programs, here or inside the container. It reads and writes its standard streams, for files are not shared.
through=()
pg() { ${through[@]+"${through[@]}"} "$@"; }

# export_libpq USER PASSWORD HOST PORT NAME: what is empty is left to libpq.
export_libpq() {
    # shellcheck disable=SC2034 # read by the scripts that source this file
    store=postgresql
    if [[ -n $1 ]]; then export PGUSER=$1; fi
    if [[ -n $2 ]]; then export PGPASSWORD=$2; fi
    if [[ -n $3 ]]; then export PGHOST=$3; fi
    export PGPORT=${4:-5432}
    if [[ -n $5 ]]; then export PGDATABASE=$5; fi
    export PGAPPNAME=paceline-backup
    # Root is nobody to PostgreSQL's `peer`, which lets in who has the name of the database's user.
    if ((EUID == 0)) && is_installed; then through=(env --chdir=/ runuser --user paceline --); fi
}

# find_composed_store: the database of compose.postgresql.yaml, which listens inside its container only. Compose finds its files and .env in the
# working directory.
find_composed_store() {
    # shellcheck disable=SC2034 # read by the scripts that source this file
    store=postgresql
    PGUSER=$(setting POSTGRES_USER)
    PGDATABASE=$(setting POSTGRES_DB)
    read -r -a through <<<"${COMPOSE:-docker compose}"
    through+=(exec -T db env "PGUSER=${PGUSER:-paceline}" "PGDATABASE=${PGDATABASE:=paceline}" PGAPPNAME=paceline-backup)
    need "${through[0]}" docker.io
}

# check_sqlite FILE: whether SQLite finds it whole, and whether it is Paceline's.
check_sqlite() {
    [[ $(sqlite3 -readonly "$1" 'PRAGMA integrity_check' 2>&1) == ok ]] || return 1
    [[ -n $(sqlite3 -readonly "$1" "SELECT 1 FROM sqlite_schema WHERE name = 'strava_activities'" 2>&1) ]]
}
