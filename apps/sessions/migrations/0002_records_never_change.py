from django.db import migrations

# Whatever columns are added later, a record stays as it was written; it is only ever superseded, once.
REFUSE = """
CREATE FUNCTION step_record_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'superseded_at' IS DISTINCT FROM to_jsonb(OLD) - 'superseded_at'
        OR OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at THEN
        RAISE EXCEPTION 'A step record never changes: supersede it and append another.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step_record_never_changes BEFORE UPDATE ON flow_sessions_steprecord
FOR EACH ROW EXECUTE FUNCTION step_record_never_changes();
"""
ALLOW = """
DROP TRIGGER step_record_never_changes ON flow_sessions_steprecord;
DROP FUNCTION step_record_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("flow_sessions", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
