-- A device that was brought to serve a variant, said so, and does not any more, is LOST to its rollout.
alter table deployment
    drop constraint deployment_state_check,
    add constraint deployment_state_check check (state in
        ('PENDING', 'PUBLISHED', 'FETCHING', 'VERIFYING', 'SELF_TESTING', 'SWITCHING',
         'ACTIVE', 'LOST', 'REFUSED', 'REVERTED', 'EXPIRED', 'SUPERSEDED'));
