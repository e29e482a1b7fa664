import { hash } from 'node:crypto'

/** What a database file is for, and how it came to its present shape. */
export interface Schema {
  /** For messages: "is not a Sluice journal". */
  readonly name: string
  /** Marks the file (PRAGMA application_id), so that no other database is taken for ours. */
  readonly applicationId: number
  /** The SQL of each version, oldest first. A released entry never changes; a new version is a new entry. */
  readonly versions: readonly string[]
}

/** The version table that every file of ours has: each migration with the hash of what it did. */
export const VERSION_TABLE = 'CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, sha256 TEXT NOT NULL) STRICT'

/** What is recorded of a migration. */
export function migrationHash(sql: string): string {
  return hash('sha256', sql)
}

/** Taken off while history is pruned, and put back in the same transaction. */
export const NO_DELETE_TRIGGER = `CREATE TRIGGER events_no_delete BEFORE DELETE ON events
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END`

/** The journal: one history per account, append-only by trigger, whatever tool opens the file. */
export const journalSchema: Schema = {
  name: 'journal',
  applicationId: 0x53_4c_4a_4e, // "SLJN"
  versions: [`
    -- How often anything but an append has changed the file: the pin of what no chain covers.
    CREATE TABLE journal (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;

    -- The fence row: who owns an account now, and where its kept history begins.
    CREATE TABLE accounts (
      account TEXT PRIMARY KEY,
      -- The account's place among the positions, and in the file of pinned heads.
      slot INTEGER NOT NULL UNIQUE,
      epoch INTEGER NOT NULL,
      -- The last event that was pruned, 0 for none, and its link.
      pruned INTEGER NOT NULL,
      pruned_head TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
      -- slot * 2^36 + sequence: unique and in order by being the key, so that an append needs no index for it.
      position INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL,
      time TEXT NOT NULL,
      type TEXT NOT NULL,
      -- JSON; what the guards read and said is apart.
      data TEXT NOT NULL,
      evaluation TEXT,
      -- The order the event names; what memory has let go is read back by it.
      order_id TEXT,
      -- SHA-256 over the link before it and this event.
      hash TEXT NOT NULL
    ) STRICT;

    -- The index of orders: which events name one. It is behind the history, which goes into it some dozen events at a time.
    CREATE TABLE order_events (order_id TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (order_id, position)) STRICT, WITHOUT ROWID;

    -- How far each account's history is in it.
    CREATE TABLE indexed (slot INTEGER PRIMARY KEY, position INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;

    -- For whoever looks with another tool.
    CREATE VIEW history AS
      SELECT account, position & 0xFFFFFFFFF AS sequence, events.epoch, time, type, data, evaluation, hash
      FROM events JOIN accounts ON slot = position >> 36;

    CREATE TRIGGER events_no_update BEFORE UPDATE ON events
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    ${NO_DELETE_TRIGGER};
    -- INSERT OR REPLACE deletes without asking the trigger above.
    CREATE TRIGGER events_no_replace BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

    CREATE TABLE keys (
      account TEXT NOT NULL,
      key TEXT NOT NULL,
      order_id TEXT NOT NULL,
      digest TEXT NOT NULL,
      checksum INTEGER NOT NULL,
      PRIMARY KEY (account, key)
    ) STRICT, WITHOUT ROWID;

    -- Client ids, broker ids and executions: by these an update speaks of an order.
    CREATE TABLE names (
      account TEXT NOT NULL,
      name TEXT NOT NULL,
      order_id TEXT NOT NULL,
      checksum INTEGER NOT NULL,
      PRIMARY KEY (account, name)
    ) STRICT, WITHOUT ROWID;

    -- Every execution that ever filled an order: a second fill of the same one is refused.
    CREATE TABLE executions (
      account TEXT NOT NULL,
      broker TEXT NOT NULL,
      execution TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      checksum INTEGER NOT NULL,
      PRIMARY KEY (account, broker, execution)
    ) STRICT, WITHOUT ROWID;

    -- What is left of orders whose events were pruned: compressed, without what guards read.
    CREATE TABLE archived_orders (
      account TEXT NOT NULL,
      order_id TEXT NOT NULL,
      events BLOB NOT NULL,
      checksum INTEGER NOT NULL,
      PRIMARY KEY (account, order_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE counters (name TEXT PRIMARY KEY, value REAL NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE snapshots (
      account TEXT PRIMARY KEY,
      sequence INTEGER NOT NULL,
      state TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
  `],
}

/** The simulated broker's books: keys and values. */
export const storeSchema: Schema = {
  name: 'store of a simulated broker',
  applicationId: 0x53_4c_53_54, // "SLST"
  versions: ['CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID'],
}
