/** What a database file is for, and how it came to its present shape. */
export interface Schema {
  /** For messages: "is not a Sluice journal". */
  readonly name: string
  /** Marks the file (PRAGMA application_id), so that no other database is taken for ours. */
  readonly applicationId: number
  /** The SQL of each version, oldest first. A released entry never changes; a new version is a new entry. */
  readonly versions: readonly string[]
}

/** The version table that every file of ours has. */
export const VERSION_TABLE = 'CREATE TABLE schema_versions (version INTEGER PRIMARY KEY) STRICT'

/** The journal: one history per account, append-only by trigger, whatever tool opens the file. */
export const journalSchema: Schema = {
  name: 'journal',
  applicationId: 0x53_4c_4a_4e, // "SLJN"
  versions: [`
    -- The fence row: who owns an account now, and where its history ends.
    CREATE TABLE accounts (
      account TEXT PRIMARY KEY,
      epoch INTEGER NOT NULL,
      sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      time TEXT NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      -- The order the event names; what memory has let go is read back by it.
      order_id TEXT,
      UNIQUE (account, sequence)
    ) STRICT;

    CREATE INDEX events_of_order ON events (account, order_id, sequence) WHERE order_id IS NOT NULL;

    CREATE TRIGGER events_no_update BEFORE UPDATE ON events
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER events_no_delete BEFORE DELETE ON events
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    -- INSERT OR REPLACE deletes without asking the trigger above.
    CREATE TRIGGER events_no_replace BEFORE INSERT ON events
      WHEN EXISTS (SELECT 1 FROM events WHERE account = NEW.account AND sequence = NEW.sequence)
        OR EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

    CREATE TABLE keys (
      account TEXT NOT NULL,
      key TEXT NOT NULL,
      order_id TEXT NOT NULL,
      digest TEXT NOT NULL,
      PRIMARY KEY (account, key)
    ) STRICT, WITHOUT ROWID;

    -- Client ids, broker ids and executions: by these an update speaks of an order.
    CREATE TABLE names (
      account TEXT NOT NULL,
      name TEXT NOT NULL,
      order_id TEXT NOT NULL,
      PRIMARY KEY (account, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE counters (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE snapshots (
      account TEXT PRIMARY KEY,
      sequence INTEGER NOT NULL,
      state TEXT NOT NULL
    ) STRICT;
  `],
}

/** The simulated broker's books: keys and values. */
export const storeSchema: Schema = {
  name: 'store of a simulated broker',
  applicationId: 0x53_4c_53_54, // "SLST"
  versions: ['CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID'],
}
