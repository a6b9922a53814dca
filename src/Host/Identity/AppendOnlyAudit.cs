using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ModularRace.Host.Identity;

/// <summary>
/// The audit trail is only added to: the database itself refuses to change or remove an entry, also to this host. Written by
/// hand, since no model says so; it follows the schema's own migration, which is made anew until the product is in use.
/// </summary>
[DbContext(typeof(IdentityDbContext))]
[Migration("99990101000000_AppendOnlyAudit")]
internal sealed class AppendOnlyAudit : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        CREATE FUNCTION identity.refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'The audit trail is only added to.' USING ERRCODE = 'insufficient_privilege'; END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON identity.audit_entries FOR EACH ROW EXECUTE FUNCTION identity.refuse_to_change_audit();
        CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON identity.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_to_change_audit();
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP FUNCTION identity.refuse_to_change_audit() CASCADE");
}
