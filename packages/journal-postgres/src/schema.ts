/** The SQL of each version, oldest first. A released entry never changes; a new version is a new entry. */
export const MIGRATIONS: readonly string[] = [`
  -- The fence: every append moves this row under its epoch. Small and updated in place.
  CREATE TABLE accounts (
    account text PRIMARY KEY,
    epoch bigint NOT NULL,
    sequence bigint NOT NULL,
    head text NOT NULL
  ) WITH (fillfactor = 50);

  -- Who owns an account and until when. Apart from the fence, so that a renewal of thousands holds up no append.
  CREATE TABLE leases (
    account text PRIMARY KEY REFERENCES accounts,
    epoch bigint NOT NULL,
    owner text,
    until timestamptz NOT NULL
  ) WITH (fillfactor = 50);

  -- Processes. While one lives, its session holds the advisory lock (lock_class, lock_key).
  CREATE TABLE members (
    member text PRIMARY KEY,
    lock_class integer NOT NULL,
    lock_key integer NOT NULL,
    places boolean NOT NULL,
    until timestamptz NOT NULL
  ) WITH (fillfactor = 50);

  CREATE TABLE events (
    account text NOT NULL,
    sequence bigint NOT NULL,
    epoch bigint NOT NULL,
    time text NOT NULL,
    type text NOT NULL,
    -- JSON as it was written, byte for byte: the chain is made of it.
    data text NOT NULL,
    order_id text,
    hash text NOT NULL,
    PRIMARY KEY (account, sequence)
  );
  CREATE INDEX events_of_order ON events (order_id, account, sequence) WHERE order_id IS NOT NULL;

  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN RAISE EXCEPTION 'events are append-only'; END $body$;
  CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

  CREATE TABLE keys (
    account text NOT NULL, key text NOT NULL, order_id text NOT NULL, digest text NOT NULL,
    CONSTRAINT keys_once PRIMARY KEY (account, key)
  );
  CREATE TABLE names (account text NOT NULL, name text NOT NULL, order_id text NOT NULL, PRIMARY KEY (account, name));
  CREATE TABLE executions (
    account text NOT NULL, broker text NOT NULL, execution text NOT NULL, sequence bigint NOT NULL,
    CONSTRAINT executions_once PRIMARY KEY (account, broker, execution)
  );
  -- The token says whose advance it was, should the answer to it be lost.
  CREATE TABLE counters (name text PRIMARY KEY, value double precision NOT NULL, token text NOT NULL);
  CREATE TABLE cursors (name text PRIMARY KEY, value text NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE snapshots (account text PRIMARY KEY, sequence bigint NOT NULL, state text NOT NULL);

  -- What reached a node that does not own the account.
  CREATE TABLE commands (
    id text PRIMARY KEY,
    account text NOT NULL,
    kind text NOT NULL,
    input text NOT NULL,
    asker text NOT NULL,
    deadline timestamptz NOT NULL,
    answer text
  );
  CREATE INDEX commands_open ON commands (account) WHERE answer IS NULL;

  -- Limits shared by accounts: what was drawn from each, in a window of time.
  CREATE TABLE budgets (
    scope text NOT NULL, opened bigint NOT NULL, drawn numeric NOT NULL,
    PRIMARY KEY (scope, opened)
  ) WITH (fillfactor = 50);

  -- Whether the process that holds a lease has lost its session.
  CREATE FUNCTION is_gone(p_member text) RETURNS boolean LANGUAGE sql STABLE AS $body$
    SELECT NOT EXISTS (
      SELECT FROM members m JOIN pg_locks l ON l.locktype = 'advisory' AND l.granted
        AND l.classid::bigint = (m.lock_class::bigint & 4294967295) AND l.objid::bigint = (m.lock_key::bigint & 4294967295)
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      WHERE m.member = p_member)
  $body$;

  -- One statement, so that a client that stops in the middle of it holds nothing.
  CREATE FUNCTION claim_account(p_account text, p_owner text, p_lease double precision)
  RETURNS TABLE (granted boolean, holder text, epoch bigint, sequence bigint, head text, preceded double precision)
  LANGUAGE plpgsql AS $body$
  DECLARE
    held leases%ROWTYPE;
    fence accounts%ROWTYPE;
    rest double precision := 0;
  BEGIN
    INSERT INTO accounts AS a VALUES (p_account, 0, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    INSERT INTO leases AS l VALUES (p_account, 0, NULL, clock_timestamp()) ON CONFLICT DO NOTHING;
    SELECT l.* INTO held FROM leases l WHERE l.account = p_account FOR UPDATE;
    IF held.owner IS NOT NULL AND held.owner <> p_owner AND held.until > clock_timestamp() THEN
      IF NOT is_gone(held.owner) THEN
        RETURN QUERY SELECT false, held.owner, 0::bigint, 0::bigint, '', 0::double precision;
        RETURN;
      END IF;
      rest := extract(epoch FROM held.until - clock_timestamp()) * 1000;
    END IF;
    UPDATE accounts a SET epoch = a.epoch + 1 WHERE a.account = p_account RETURNING a.* INTO fence;
    UPDATE leases l SET epoch = fence.epoch, owner = p_owner, until = clock_timestamp() + p_lease * interval '1 millisecond'
      WHERE l.account = p_account;
    RETURN QUERY SELECT true, p_owner, fence.epoch, fence.sequence, fence.head, greatest(rest, 0);
  END $body$;
`, `
  -- A key that points at the fence is looked at by each of its updates; a lease is only ever made together with its fence.
  ALTER TABLE leases DROP CONSTRAINT leases_account_fkey;
`]

/** Tables a service adds to and never changes. */
export const APPENDED: readonly string[] = ['events', 'keys', 'executions']
/** Tables a service also changes. */
export const CHANGED: readonly string[] = ['accounts', 'leases', 'members', 'names', 'counters', 'cursors', 'snapshots', 'commands', 'budgets']
