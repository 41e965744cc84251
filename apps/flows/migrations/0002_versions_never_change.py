from django.db import migrations

CREATE = """
CREATE FUNCTION flows_refuse_change_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published version never changes; publish another one.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER flow_version_never_changes BEFORE UPDATE OF content, number, flow_id ON flows_flowversion
FOR EACH ROW EXECUTE FUNCTION flows_refuse_change_of_version();
"""
DROP = """
DROP TRIGGER flow_version_never_changes ON flows_flowversion;
DROP FUNCTION flows_refuse_change_of_version();
"""


class Migration(migrations.Migration):
    """Sessions are pinned to versions, and each process keeps their graphs: the database refuses to change one."""

    dependencies = [("flows", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
