"""Work shared by several processes, on this machine or on many: Dask hands out tasks, and the library takes what comes
of them. Every task can be done again without harm, as a process may end at any moment."""
