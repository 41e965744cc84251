from django.db import migrations

# The lock is held from here to the end of the commit, so that numbers appear in their order and none comes late.
# Only committing transactions wait for it, and they wait for nothing else: no order of locks to keep.
CREATE = """
CREATE SEQUENCE core_liveevent_number;
CREATE FUNCTION core_number_live_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('core_liveevent_number'));
    given := nextval('core_liveevent_number');
    UPDATE core_liveevent SET number = given WHERE id = NEW.id;
    PERFORM pg_notify('rf_live', json_build_array(NEW.channel, given, NEW.name, NEW.data::text)::text);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER live_event_is_numbered AFTER INSERT ON core_liveevent
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_number_live_event();
"""
DROP = """
DROP TRIGGER live_event_is_numbered ON core_liveevent;
DROP FUNCTION core_number_live_event();
DROP SEQUENCE core_liveevent_number;
"""


class Migration(migrations.Migration):
    """Live events are numbered and told as their transaction commits."""

    dependencies = [("core", "0002_machinery")]
    operations = [migrations.RunSQL(CREATE, DROP)]
