"""The local Qonto: a separate program that speaks Qonto's real wire protocol.

It imports nothing of the portal and the portal imports nothing of it; they meet on HTTP only.

    python -m qonto_sandbox --port 8010 [--data DIR] [--volume N×M]      (or manage.py qonto_sandbox)

Layout
    core/        what any resource needs: routing, application (order of the checks), store, clock, jobs, errors, ids,
                 pagination, reading of bodies and queries, signed files, faults, rate limits, idempotency
    oauth/       authorize page, token, revoke, consents
    resources/   one module a Qonto resource: its endpoints and how its records are shown on the wire
    payments/    rules of payments: verification of payee, strong authentication, orders, the engine on the clock
    invoicing/   rules of invoices; documents/ draws their PDF with Factur-X, receipts, statements, proofs
    onboarding/  rules and steps of a registration; webhooks/ the signatures, the queue, who hears of what
    seed/        one module a resource, deterministic for an anchor date
    control/     the page and the API under /_sandbox/

Adding a resource
    1. `resources/<name>.py`: functions declared with `@endpoint(method, path, scopes=…, auth=…, idempotent=…)` from
       `core.routing`. They take a `Call` (path, query, body, principal, organization, world) and return a werkzeug
       Response made by `core.answers` (`answer`, `empty`, `pdf`) or `core.pagination.page_answer`. They raise
       `core.errors.ApiError`. The world's lock is held while they run: they read and write `call.world.store` freely,
       and what they put is persisted when they return.
    2. Name the module in `resources/__init__.py`; it may define `attach(world)`, called once at start.
    3. `seed/<name>.py` with `seed(world, anchor)`; name it in `seed/__init__.py`.
    4. What happens later: `@job("transfer.process")` from `core.jobs`, and
       `world.schedule(when, "transfer.process", id=…)`. Jobs run in due order as the clock passes them, with
       `world.now()` equal to their due time.
    5. Records are dicts with an `id` and mostly an `organization_id`; money only as integer cents (`amount_cents`),
       times as the wire's text (`core.formats.instant`, `world.stamp()`), which sorts like the moments. What Qonto
       shows is built by the resource's `view` function.
    6. What others must hear of: `world.events.publish("transactions", "created", record)`, heard through
       `world.events.subscribe(listener)`.
    7. Bytes: `world.store.put_blob(id, content)` and `core.files.file_url(call, id, …)`; files that are made only when
       somebody downloads them have a maker in `world.makers`.
"""
