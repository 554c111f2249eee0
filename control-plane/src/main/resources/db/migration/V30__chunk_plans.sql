-- How artifacts are cut into chunks, worked out once for each: manifests have to name the same chunks for as long as
-- an artifact is delivered, whatever a later version of the program would make of it.
create table chunk_plan (
    sha256      text primary key,                  -- of the artifact
    plan        bytea       not null,              -- a ChunkedArtifact, without what only a manifest says
    created_at  timestamptz not null
);
