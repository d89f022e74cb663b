"""What survives a restart: the journal, the desk and the controls, in SQLite or PostgreSQL (docs/decisions/0009).

`store.Store` writes entries, each batch as one transaction, and reads them again. It waits for disks, so it is used
beside the loop: by the sink `sinks.journal`, and by `singing-pager journal`.
"""

from singing_pager.store.place import default_path
from singing_pager.store.query import Line, Wanted
from singing_pager.store.store import Saved, Store, open_store

__all__ = ["Line", "Saved", "Store", "Wanted", "default_path", "open_store"]
